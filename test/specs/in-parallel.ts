/** Requests under way at a time. */
const width = 16;

/** Does something with every item, several at a time. */
export async function inParallel<T>(items: Iterable<T>, deed: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items].values();
  const work = async (): Promise<void> => {
    for (const item of queue) await deed(item);
  };
  await Promise.all(Array.from({ length: width }, work));
}
