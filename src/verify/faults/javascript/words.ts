import type { SgNode } from '@ast-grep/napi'

const OWNER =
  '(?:user|owner|author|seller|account|customer|creator|tenant|organi[sz]ation|org|company|buyer|member|uploader|sender)'

/** Columns and keys that say whose a row is. */
export const OWNER_KEY = new RegExp(
  `^(?:\\w+\\.)?["'\`]?(?:${OWNER}(?:_?(?:id|uuid|uid))?|(?:created|posted|owned|added|submitted)_?by(?:_?id)?)["'\`]?$`,
  'i',
)

/** An expression that stands for whoever is calling. */
const CALLER =
  /\b(req|request|ctx|context|c|session|res\.locals|ctx\.state|locals)(\.\w+|\[['"]\w+['"]\])*[.?]+(user|auth|userId|user_id|uid|account|currentUser|jwt|session|me|principal|tokenData|decoded|payload)\b|\b(currentUser|current_user|userId|user_id|uid|authUser|ownerId|callerId|requesterId|actorId|accountId|sellerId|authorId|customerId)\b|\b(user|me|account|decoded|payload|auth)\??\.(id|_id|uid|sub|userId|user_id|username|email)\b|\b(req|request)\.(userId|user_id|uid)\b/

export const isCaller = (node: SgNode | string): boolean => CALLER.test(typeof node === 'string' ? node : node.text())

export const AUTH_NAME =
  /^(?!.*(optional|passthrough|maybe))(?!.*(author(?!i[sz])|authRoute|authRouter|authController|authHandler))(.*(auth|jwt|passport|protect|guard|logged_?in|signed_?in|(verify|check|validate)_?(access)?_?token|require_?(user|login|session)|session_?required|login_?required).*)$/i
export const OWNER_NAME =
  /^(is|check|ensure|require|verify|assert|must|only|can|allow)(\w*(Own(er|s|ed|ership)?|Self|Author(?!i[sz])\w*|Seller|Creator|Member|Access|Permission|Edit|Modify|Manage)(?![a-z])|\w*_(own|self|author|access|permission|edit))|[oO]wnership|^ownerOnly|^sameUser/
export const ROLE_NAME = /[rR]ole|[aA]dmin|[pP]ermission|[sS]cope|restrict_?[tT]o|authori[sz]e|grant|[aA]cl$|can[A-Z]/
export const VALIDATION_NAME = /valid|celebrate|schema|sanitize|checkBody|checkParams|checkQuery/i

export const SECRET_NAME =
  /^(password|passwd|pwd|pass|hash|salt|secret)$|password|passwd|(^|_)(hash|salt|secret|otp|pin)$|(reset|refresh|verification)_?token/i
