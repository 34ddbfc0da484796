// Made by tools/events.mjs from api/events.json: `npm run events`.
export interface WorkspaceCreated {
  /** The first owner */
  owner: string;
}
export interface UserCreated {
  /** The person */
  user: string;
  /** What they may do */
  role: "owner" | "admin" | "agent" | "viewer";
}
export interface UserUpdated {
  /** The person */
  user: string;
  /** What they may do now */
  role: "owner" | "admin" | "agent" | "viewer";
  /** False when they may not log in */
  isActive: boolean;
  /** Names of the fields that changed */
  changed: Array<string>;
}
export interface UserRemoved {
  /** The person */
  user: string;
}
export interface InvitationCreated {
  /** The invitation */
  invitation: string;
  /** What they will be */
  role: "owner" | "admin" | "agent" | "viewer";
}
export interface InvitationRemoved {
  /** The invitation */
  invitation: string;
}
export interface LoginStarted {
  /** The login */
  login: string;
  /** The person */
  user: string;
  /** By cookie or by token */
  kind: "cookie" | "bearer";
}
export interface LoginEnded {
  /** The person */
  user: string;
  /** The login; absent when all of them */
  login?: string | null;
  /** Why */
  reason: "logout" | "revoked" | "password_changed" | "refresh_reused";
}
export interface KeyCreated {
  /** The key */
  key: string;
  /** What it may do */
  scopes: Array<string>;
}
export interface KeyRevoked {
  /** The key */
  key: string;
}
export interface SettingsUpdated {
  /** Names of the settings that changed */
  changed: Array<string>;
}
export interface SessionCreated {
  /** The session */
  session: string;
}
export interface SessionStateChanged {
  /** The session */
  session: string;
  /** What it is doing now */
  state: "STOPPED" | "STARTING" | "SCAN_QR" | "WORKING" | "DEGRADED" | "LOGGED_OUT" | "FAILED";
  /** Reason; empty when all is well */
  why: string;
}
export interface SessionQrChanged {
  /** The session */
  session: string;
  /** Which of six */
  attempt: number;
}
export interface SessionLinked {
  /** The session */
  session: string;
}
export interface SessionRemoved {
  /** The session */
  session: string;
}
export interface ContactCreated {
  /** The contact */
  contact: string;
  /** Where it came from */
  source: "person" | "api" | "import" | "whatsapp";
}
export interface ContactUpdated {
  /** The contact */
  contact: string;
  /** Names of the fields that changed */
  changed: Array<string>;
}
export interface ContactRemoved {
  /** The contact */
  contact: string;
}
export interface ContactMerged {
  /** The contact that stays, the older one */
  contact: string;
  /** The id that from now on means the same contact */
  merged: string;
}
export interface ContactOptedOut {
  /** The contact */
  contact: string;
  /** How they said it */
  source: "keyword" | "api" | "import" | "campaign" | "person";
}
export interface ContactOptedIn {
  /** The contact */
  contact: string;
  /** How they said it */
  source: "keyword" | "api" | "import" | "campaign" | "person";
}
export interface ContactBlocked {
  /** The contact */
  contact: string;
  /** False when unblocked */
  blocked: boolean;
}
export interface TagChanged {
  /** The tag */
  tag: string;
  /** True when it is gone */
  removed: boolean;
}
export interface SegmentChanged {
  /** The saved filter */
  segment: string;
  /** True when it is gone */
  removed: boolean;
}
export interface ContactsImported {
  /** The import */
  import: string;
  /** How far it is */
  state: "ready" | "running" | "done" | "failed" | "undoing" | "undone";
  /** Rows in the file */
  total: number;
  /** Rows dealt with */
  rows: number;
  /** Contacts made */
  created: number;
  /** Contacts changed */
  updated: number;
  /** Rows that bring nothing new, or a number a second time */
  skipped: number;
  /** Rows that could not be taken */
  errors: number;
}
export interface MessageAccepted {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageQueued {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageSent {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageDelivered {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageRead {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessagePlayed {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageFailed {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageCancelled {
  /** The message */
  message: string;
  /** The number it is sent from */
  session: string;
  /** The chat */
  chat: string;
  /** Whom it is for; absent for groups */
  contact?: string | null;
  /** The campaign it belongs to */
  campaign?: string | null;
  /** Why it failed or was cancelled */
  reason?: string | null;
}
export interface MessageReceived {
  /** The message */
  message: string;
  /** The number it came to */
  session: string;
  /** The chat */
  chat: string;
  /** Who wrote it */
  contact?: string | null;
  /** Kind of message */
  type: "text" | "image" | "video" | "gif" | "voice" | "audio" | "document" | "sticker" | "location" | "contact" | "poll" | "poll_vote" | "reaction" | "edit" | "revoke" | "placeholder" | "unsupported";
  /** True in a group */
  group: boolean;
  /** True when it was written on another device of this number */
  fromMe: boolean;
}
export interface MessageChanged {
  /** The message */
  message: string;
  /** The number */
  session: string;
  /** The chat */
  chat: string;
  /** What changed: text, revoked, notBefore, media (its file is here now) */
  changed: Array<string>;
}
export interface CampaignCreated {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignUpdated {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignScheduled {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignStarted {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignPaused {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignCompleted {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignCancelled {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignFailed {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignRemoved {
  /** The campaign */
  campaign: string;
  /** Why, when it was not asked for */
  reason: string;
}
export interface CampaignProgressed {
  /** The campaign */
  campaign: string;
  /** Recipients */
  total: number;
  /** Not yet in the outbox */
  pending: number;
  /** In the outbox */
  accepted: number;
  /** Sent, also those delivered or read since */
  sent: number;
  /** Delivered, also those read since */
  delivered: number;
  /** Read */
  read: number;
  /** Not sent, for a reason */
  failed: number;
  /** Taken back before they were sent */
  cancelled: number;
  /** Never tried: opted out, blocked, or the same person twice */
  skipped: number;
  /** People who opted out after it */
  optedOut: number;
  /** People who answered */
  replied: number;
}
export interface BotReplied {
  /** The number */
  session: string;
  /** Who wrote */
  contact: string;
  /** Their message */
  inbound: string;
  /** The reply */
  message: string;
  /** The rule; absent for the away and handover messages */
  rule?: string | null;
}
export interface BotPaused {
  /** The number */
  session: string;
  /** The person */
  contact: string;
  /** person_wrote, asked_for_person or suspected_bot */
  reason: string;
  /** Until then */
  until: string;
}
export interface BotRuleCreated {
  /** The rule */
  rule: string;
}
export interface BotRuleUpdated {
  /** The rule */
  rule: string;
}
export interface BotRuleRemoved {
  /** The rule */
  rule: string;
}
/** Every event, and the fields of its data. */
export interface Events {
  /** A workspace was made, with its first owner */
  "workspace.created": WorkspaceCreated;
  /** A person joined the workspace */
  "user.created": UserCreated;
  /** A person's profile, role or password was changed, or they were switched off or on */
  "user.updated": UserUpdated;
  /** A person was removed from the workspace; their logins ended */
  "user.removed": UserRemoved;
  /** A person was invited */
  "invitation.created": InvitationCreated;
  /** An invitation was taken back */
  "invitation.removed": InvitationRemoved;
  /** A person logged in */
  "login.started": LoginStarted;
  /** A login, or every login of a person, ended before its time */
  "login.ended": LoginEnded;
  /** An API key was made */
  "key.created": KeyCreated;
  /** An API key was revoked */
  "key.revoked": KeyRevoked;
  /** Settings of the workspace were changed */
  "settings.updated": SettingsUpdated;
  /** A session was made */
  "session.created": SessionCreated;
  /** A session went into another state */
  "session.state_changed": SessionStateChanged;
  /** There is a new QR code to scan; read it from /api/sessions/{id}/qr */
  "session.qr_changed": SessionQrChanged;
  /** A number was linked to the session */
  "session.linked": SessionLinked;
  /** A session was removed with its keys */
  "session.removed": SessionRemoved;
  /** A contact was made; those of an import are counted in contact.imported instead */
  "contact.created": ContactCreated;
  /** Fields or tags of a contact were changed, by people or by what WhatsApp told */
  "contact.updated": ContactUpdated;
  /** A contact was deleted */
  "contact.removed": ContactRemoved;
  /** Two contacts turned out to be one person: what was `merged` is `contact` from now on */
  "contact.merged": ContactMerged;
  /** A person wants no more messages */
  "contact.opted_out": ContactOptedOut;
  /** A person agreed to messages */
  "contact.opted_in": ContactOptedIn;
  /** A contact was blocked or unblocked */
  "contact.blocked": ContactBlocked;
  /** A tag was made, changed or removed */
  "tag.changed": TagChanged;
  /** A saved filter was made, changed or removed */
  "segment.changed": SegmentChanged;
  /** An import went on, ended or was undone; the counts are of the whole import so far */
  "contact.imported": ContactsImported;
  /** A message is on disk and will be sent when its turn comes */
  "message.accepted": MessageAccepted;
  /** The message was encrypted and is on its way to WhatsApp */
  "message.queued": MessageQueued;
  /** WhatsApp has taken the message */
  "message.sent": MessageSent;
  /** The message reached a device of its recipient */
  "message.delivered": MessageDelivered;
  /** The recipient has read the message */
  "message.read": MessageRead;
  /** The recipient has played the voice or video message */
  "message.played": MessagePlayed;
  /** The message could not be sent; nobody got it */
  "message.failed": MessageFailed;
  /** The message was taken back before it left */
  "message.cancelled": MessageCancelled;
  /** A message came in, or was written on another device of the number */
  "message.received": MessageReceived;
  /** A message was edited or deleted for all by its author, or its waiting time was changed */
  "message.changed": MessageChanged;
  /** A campaign was made */
  "campaign.created": CampaignCreated;
  /** A campaign's definition was changed */
  "campaign.updated": CampaignUpdated;
  /** A campaign will start by itself */
  "campaign.scheduled": CampaignScheduled;
  /** A campaign began to send, or goes on after a pause or with those that failed */
  "campaign.started": CampaignStarted;
  /** A campaign was paused, by a person or by its stop rules */
  "campaign.paused": CampaignPaused;
  /** Every message of a campaign was sent, failed or was skipped */
  "campaign.completed": CampaignCompleted;
  /** A campaign was cancelled; what was not sent will not be */
  "campaign.cancelled": CampaignCancelled;
  /** A campaign could not be carried out */
  "campaign.failed": CampaignFailed;
  /** A campaign was deleted */
  "campaign.removed": CampaignRemoved;
  /** Recipients of a campaign moved on; at most once a second */
  "campaign.progressed": CampaignProgressed;
  /** The bot answered a message; the reply is in the outbox */
  "bot.replied": BotReplied;
  /** The bot is quiet in a chat for a while: a person wrote there, was asked for, or the other side looks like a bot */
  "bot.paused": BotPaused;
  /** A rule was made */
  "bot.rule_created": BotRuleCreated;
  /** A rule was changed, or switched off or on */
  "bot.rule_updated": BotRuleUpdated;
  /** A rule was deleted */
  "bot.rule_removed": BotRuleRemoved;
}
