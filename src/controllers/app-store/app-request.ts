import type { JsonArray } from '../../core/json.js';

/** What an app or a version of it is to be made from; texts are empty where nothing is said. */
export interface AppRequest {
  readonly repoName: string;
  readonly appName: string;
  readonly originalName: string;
  readonly aliasName: string;
  readonly versionName: string;
  readonly appHome: string;
  readonly icon: string;
  readonly digest: string;
  readonly workspace: string;
  readonly description: string;
  readonly categoryName: string;
  readonly appType: string;
  readonly pullUrl: string;
  readonly abstraction: string;
  readonly maintainers: JsonArray;
  readonly attachments: JsonArray;
  readonly resources: JsonArray;
  readonly package: Buffer;
  /** True for what a repository's index told of. */
  readonly fromRepo: boolean;
}
