import type { ReleaseName } from '../../src/core/release.js';

/** The HTTP commands of one public guide, as printed there. */
export interface Guide<Command extends string> {
  /** Start of its file name. */
  readonly file: string;
  /** What answers to its commands. */
  readonly server: { readonly release: ReleaseName } | { readonly brand: string };
  /** By what they do; the lines as printed, without prompt. */
  readonly commands: Readonly<Record<Command, string>>;
}

/** Stands for a token that a guide prints: those are signed with secrets nobody published. */
export const printedToken = '<printed token>';

/** The guides by number. */
type Guides = Readonly<
  Record<'000' | '001' | '002' | '003', Guide<'login' | 'call'>> & Record<'004', Guide<'call'>>
>;

/** The five guides, in the order of their numbers. */
export const guides: Guides = {
  '000': {
    file: '000_',
    server: { release: 'v3.0' },
    commands: {
      login: String.raw`curl -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
 'http://[node ip]:31407/oauth/token' \
  --data-urlencode 'grant_type=password' \
  --data-urlencode 'username=admin' \
  --data-urlencode 'password=P#$$w0rd'`,
      call: String.raw`curl -X GET -H "Authorization: Bearer ${printedToken}" \
  -H 'Content-Type: application/json' \
  'http://[node ip]:31407/kapis/'`,
    },
  },
  '001': {
    file: '001_',
    server: { release: 'v2.1' },
    commands: {
      login: String.raw`curl -X POST \
  http://192.168.0.20:31078/kapis/iam.kubesphere.io/v1alpha2/login \
  -H 'Content-Type: application/json' \
  -d '{
  "username":"admin",
  "password":"P@88w0rd"
}'`,
      call: String.raw`curl -X GET \
  http://192.168.0.20:31078/api/v1/componentstatuses \
  -H 'Authorization: Bearer ${printedToken}'`,
    },
  },
  '002': {
    file: '002_',
    server: { release: 'v3.1' },
    commands: {
      // As printed: a backslash is missing, so the shell ends the command before the client's lines.
      login: String.raw`curl -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
 'http://[node ip]:31407/oauth/token' \
  --data-urlencode 'grant_type=password' \
  --data-urlencode 'username=admin' \
  --data-urlencode 'password=P#$$w0rd'
  --data-urlencode 'client_id=kubesphere' \
  --data-urlencode 'client_secret=kubesphere'`,
      call: String.raw`curl -X GET -H "Authorization: Bearer ${printedToken}" \
  -H 'Content-Type: application/json' \
  'http://[node ip]:31407/kapis/resources.kubesphere.io/v1alpha3/nodes'`,
    },
  },
  '003': {
    file: '003_',
    server: { brand: 'Super Kubenetes' },
    commands: {
      login: String.raw`curl -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
 'http://[node ip]:31407/oauth/token' \
  --data-urlencode 'grant_type=password' \
  --data-urlencode 'username=admin' \
  --data-urlencode 'password=P#$$w0rd' \
  --data-urlencode 'client_id=Super Kubenetes' \
  --data-urlencode 'client_secret=Super Kubenetes'`,
      call: String.raw`curl -X GET -H "Authorization: Bearer ${printedToken}" \
  -H 'Content-Type: application/json' \
  'http://[node ip]:31407/kapis/resources.Super Kubenetes.io/v1alpha3/nodes'`,
    },
  },
  '004': {
    file: '004_',
    server: { release: 'v4.1' },
    commands: {
      call: String.raw`curl --location 'http://10.233.56.50:80/kapis/tenant.kubesphere.io/v1beta1/clusters' \
--header 'Accept: application/json, text/plain, */*' \
--header "Authorization: Bearer $token"`,
    },
  },
};

const host = /http:\/\/(?:\[node ip\]|[\d.]+):\d+/g;

/** A printed command with the server's own address, and a token of today where the guide prints one of its day. */
export function commandFor(command: string, url: string, token = ''): string {
  return command.replace(host, url).replace(printedToken, token);
}

/** Every `curl` command in the text of a guide, markup taken off, tokens masked, white space evened out. */
export function printedCommands(text: string): string[] {
  const plain = text
    .replace(/<\/?(?:span|a|p|code|pre|div|article|br)\b[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<');
  const commands: string[] = [];
  const lines = plain.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    if (!/^\s*(?:\$ |\[root@ks ~\]# )?curl /.test(lines[at] ?? '')) continue;
    let command = '';
    for (; at < lines.length; at += 1) {
      command += `${lines[at] ?? ''}\n`;
      const next = (lines[at + 1] ?? '').trimStart();
      const goesOn = /\\\s*$/.test(lines[at] ?? '') || next.startsWith('--') || isOpen(command);
      if (!goesOn) break;
    }
    commands.push(evened(command));
  }
  return commands;
}

/** True inside single quotes that are not closed yet. */
function isOpen(command: string): boolean {
  return command.split("'").length % 2 === 0;
}

/** A command in a form that can be compared: no prompt, masked tokens, one space between words. */
export function evened(command: string): string {
  return command
    .replace(/^\s*(?:\$ |\[root@ks ~\]# )/, '')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, printedToken)
    .replaceAll('\\', ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
