import type { z } from 'zod';
import { didYouMean } from '../../core/did-you-mean.js';
import { InputError } from '../../core/input-error.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { Commands } from '../commands.js';
import * as messages from '../messages.js';

/** One endpoint of the control API. */
export interface ControlRoute {
  readonly method: 'get' | 'post' | 'delete';
  /** Below `/__fake`. */
  readonly path: string;
  /** One line for the list of endpoints. */
  readonly help: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** `undefined` is answered as 204 without body. */
  readonly run: (call: ControlCall) => unknown;
}

/** What an endpoint is called with; body and query have passed its schemas. */
export interface ControlCall {
  readonly commands: Commands;
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
  readonly query: unknown;
}

/** Ties a schema to the function that takes what it lets through. */
function withBody<T>(
  body: z.ZodType<T>,
  run: (commands: Commands, message: T) => unknown,
): Pick<ControlRoute, 'body' | 'run'> {
  return { body, run: (call) => run(call.commands, call.body as T) };
}

function withQuery<T>(
  query: z.ZodType<T>,
  run: (commands: Commands, asked: T) => unknown,
): Pick<ControlRoute, 'query' | 'run'> {
  return { query, run: (call) => run(call.commands, call.query as T) };
}

/** Every endpoint below `/__fake`; each acts on the space the request names, else on the main world. */
export const routes: readonly ControlRoute[] = [
  { method: 'get', path: '', help: 'this list', run: () => ({ endpoints: endpoints() }) },
  {
    method: 'get',
    path: '/ready',
    help: 'is it up, and what is it',
    run: ({ commands }) => commands.state(),
  },
  { method: 'get', path: '/health', help: 'the same as ready', run: ({ commands }) => commands.state() },
  {
    method: 'post',
    path: '/reset',
    help: 'puts the world back to what it was at start',
    run: ({ commands }) => {
      commands.reset();
    },
  },
  {
    method: 'post',
    path: '/scenario',
    help: 'makes it be as scenarios say: {"scenarios":["expired-token"]}',
    ...withBody(messages.scenarioMessage, (commands, { scenarios }) =>
      commands.applyScenarios(scenarios as readonly (string | Scenario)[]),
    ),
  },
  { method: 'get', path: '/clock', help: 'where the clock stands', run: ({ commands }) => commands.clock() },
  {
    method: 'post',
    path: '/clock',
    help: '{"advance":"2h"}, {"set":TIME}, {"freeze":TIME}, {"freeze":true} or {"resume":true}',
    ...withBody(messages.clockMessage, (commands, move) => commands.moveClock(move)),
  },
  {
    method: 'get',
    path: '/settle',
    help: 'how far controllers lag behind writes',
    run: ({ commands }) => commands.settling(),
  },
  {
    method: 'post',
    path: '/settle',
    help: 'has them lag: {"settle":"2s"}',
    ...withBody(messages.settleMessage, (commands, { settle }) => commands.setSettle(settle)),
  },
  { method: 'get', path: '/faults', help: 'the faults armed', run: ({ commands }) => commands.faults() },
  {
    method: 'post',
    path: '/faults',
    help: 'arms one: {"path":"/kapis/*","status":503,"times":2}',
    ...withBody(messages.faultMessage, (commands, fault) => {
      commands.armFault(fault);
    }),
  },
  {
    method: 'delete',
    path: '/faults',
    help: 'disarms all',
    run: ({ commands }) => {
      commands.clearFaults();
    },
  },
  {
    method: 'delete',
    path: '/faults/:name',
    help: 'disarms those of one name',
    run: ({ commands, params }) => {
      commands.clearFaults(named(params));
    },
  },
  {
    method: 'post',
    path: '/tokens',
    help: 'mints any token: {"user":"admin","expiresIn":"-5m"}',
    ...withBody(messages.tokenMessage, (commands, request) => ({ token: commands.token(request) })),
  },
  {
    method: 'post',
    path: '/kubeconfig',
    help: 'a kubeconfig for the HTTPS door: {"user":"admin"}, {"serviceAccount":"NAMESPACE/NAME"}',
    ...withBody(messages.kubeconfigMessage, (commands, request) => ({
      kubeconfig: commands.kubeconfig(request),
    })),
  },
  {
    method: 'get',
    path: '/journal',
    help: 'what was asked and answered; ?errors=true, ?noted=true, ?limit=N',
    ...withQuery(messages.journalQuery, (commands, filter) => commands.journal(filter)),
  },
  {
    method: 'delete',
    path: '/journal',
    help: 'forgets it',
    run: ({ commands }) => {
      commands.clearJournal();
    },
  },
  {
    method: 'get',
    path: '/coverage',
    help: 'which published operations were asked for, and what they answered',
    run: ({ commands }) => commands.coverage(),
  },
  {
    method: 'get',
    path: '/specs',
    help: 'the published documents answers are made from',
    run: ({ commands }) => commands.specs(),
  },
  {
    method: 'get',
    path: '/world',
    help: 'every object, as a kubectl list; ?cluster=NAME',
    ...withQuery(messages.worldQuery, (commands, { cluster }) => commands.exportWorld(cluster)),
  },
  { method: 'get', path: '/spaces', help: 'names of the spaces', run: ({ commands }) => commands.spaces() },
  {
    method: 'post',
    path: '/spaces',
    help: 'opens one: {"name":"worker-1"}; naming it in a request does too',
    ...withBody(messages.spaceMessage, (commands, { name }) => commands.space(name).state()),
  },
  {
    method: 'delete',
    path: '/spaces/:name',
    help: 'forgets one',
    run: ({ commands, params }) => {
      const name = named(params);
      if (commands.closeSpace(name)) return;
      throw new InputError([
        `there is no space ${JSON.stringify(name)}${didYouMean(name, commands.spaces())}`,
      ]);
    },
  },
];

function named({ name }: ControlCall['params']): string {
  return typeof name === 'string' ? name : '';
}

function endpoints(): readonly string[] {
  return routes.map(({ method, path, help }) => `${method.toUpperCase()} /__fake${path}: ${help}`);
}
