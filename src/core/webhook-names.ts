/** Admission webhooks of KubeSphere, by the names its own option for controllers has for them. */
export const webhookNames = [
  'user-webhook',
  'installplan-webhook',
  'jsbundle-webhook',
  'apiservice-webhook',
  'reverseproxy-webhook',
  'extensionentry-webhook',
  'kubesphere-config-webhook',
  'resource-quota-webhook',
  'protection-webhook',
  'serviceaccount-pod-injector',
  'apprelease-webhook',
  'cluster-webhook',
] as const;

/** One of {@link webhookNames}. */
export type WebhookName = (typeof webhookNames)[number];
