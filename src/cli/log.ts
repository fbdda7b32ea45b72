import type { LogLevel } from '../config/schema.js';
import type { JournalEntry, JournalObserver } from '../state/journal.js';

/** Notes remembered, so that each is told once. */
const rememberedNotes = 10_000;

const levels: readonly LogLevel[] = ['silent', 'error', 'warn', 'info'];

/**
 * Tells on stderr what happens to requests: at `error` our own bugs, at `warn` also what a test author should know
 * (unsupported operations, faults that struck), each once for a request line, at `info` also every answer and every note.
 *
 * @param asJson One JSON object a line instead of text.
 * @returns `undefined` when there is nothing to tell, so that requests need not ask
 */
export function logTo(
  write: (text: string) => void,
  level: LogLevel,
  asJson: boolean,
): JournalObserver | undefined {
  const tells = (wanted: LogLevel): boolean => levels.indexOf(wanted) <= levels.indexOf(level);
  if (!tells('error')) return undefined;
  const tell = (wanted: LogLevel, { at, method, url, user, status }: JournalEntry, text: string): void => {
    const time = new Date(at).toISOString();
    const line = asJson
      ? JSON.stringify({
          time,
          level: wanted,
          method,
          url,
          user,
          ...(status !== 0 && { status }),
          ...(text !== '' && { text }),
        })
      : [time, wanted, method, url, status === 0 ? '' : String(status), user, text].filter(Boolean).join(' ');
    write(`${line}\n`);
  };
  const told = new Set<string>();
  /** A client that asks again and again is told once; the journal has it all. */
  const isNews = ({ method, url }: JournalEntry, text: string): boolean => {
    const note = `${method} ${url} ${text}`;
    if (tells('info')) return true;
    if (told.has(note)) return false;
    if (told.size >= rememberedNotes) told.clear();
    told.add(note);
    return true;
  };
  return {
    failed: (entry) => {
      tell('error', entry, entry.error ?? '');
    },
    ...(tells('warn') && {
      noted: (entry: JournalEntry, text: string) => {
        if (isNews(entry, text)) tell('warn', entry, text);
      },
    }),
    ...(tells('info') && {
      answered: (entry: JournalEntry) => {
        tell('info', entry, '');
      },
    }),
  };
}
