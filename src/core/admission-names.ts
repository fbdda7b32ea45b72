/** Admission plugins of Kubernetes that the option `controllers` switches off, besides those of quotas and limits. */
export const admissionNames = [
  'mutatingadmissionwebhook',
  'validatingadmissionwebhook',
  'mutatingadmissionpolicy',
  'validatingadmissionpolicy',
  'podsecurity',
] as const;
