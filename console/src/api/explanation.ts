// What the server tells of a trust: what holds, what does not and why, what was
// done, and what comes next. AWS has no such operation.

export type {
  ExplainTrustOutput as Explanation,
  TrustApplication as Application,
  TrustCondition as Condition,
  TrustMissing as Missing,
  TrustPartner as Partner,
  TrustStep as Step,
  TrustVerdict as Verdict,
} from "./own.ts";
