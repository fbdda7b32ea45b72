/** Something a scenario, or a login among the options, asks of a world that the world cannot give. */
export class UnfitScenario extends Error {
  override readonly name = 'UnfitScenario';
}
