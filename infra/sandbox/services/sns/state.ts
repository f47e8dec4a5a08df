export interface Topic {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  /** As set; what nobody set has AWS's default. */
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  /** What was published under each deduplication id, for five minutes. */
  readonly published: Map<string, { readonly at: number; readonly id: string; readonly sequenceNumber: string | undefined }>;
  sequence: number;
  /** Subscriptions that were removed. */
  unsubscribed: number;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  /** Account that subscribed. */
  readonly owner: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Map<string, string>;
  /** Takes it into force. */
  readonly token: string;
  confirmed: boolean;
}

/** One e-mail, which goes nowhere. */
export interface Mail {
  readonly time: Date;
  readonly to: string;
  readonly topicArn: string;
  readonly kind: 'confirmation' | 'notification';
  readonly subject: string | undefined;
  readonly body: string;
  /** Of a confirmation: what `ConfirmSubscription` takes. */
  readonly token?: string;
}

export interface SnsState {
  /** By ARN. */
  readonly topics: Map<string, Topic>;
  /** By ARN, in the order in which they were made. */
  readonly subscriptions: Map<string, Subscription>;
  /** Every e-mail so far, oldest first. */
  readonly outbox: Mail[];
}

export const newSnsState = (): SnsState => ({ topics: new Map(), subscriptions: new Map(), outbox: [] });

export const subscriptionsOf = ({ subscriptions }: SnsState, topicArn: string): Subscription[] =>
  [...subscriptions.values()].filter((subscription) => subscription.topicArn === topicArn);
