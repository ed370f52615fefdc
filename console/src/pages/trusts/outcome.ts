// What came of an action on a trust, for the notice that announced it.

import { useTrusts } from "../../api/hooks.ts";
import type { Trust } from "../../api/types.ts";
import type { Outcome } from "../../ui/notices.tsx";
import { useFresh } from "../../ui/notices.tsx";
import { hasOutgoing } from "./rules.ts";

export const trustNotice = (id: string) => `trust-${id}`;

const failed = ["Failed", "VerifyFailed", "UpdateFailed"];

export function trustOutcome(region: string, trust: Pick<Trust, "DirectoryId" | "TrustId" | "RemoteDomainName">) {
  return function useOutcome(): Outcome {
    const trusts = useTrusts(region, trust.DirectoryId);
    const fresh = useFresh(trusts.reload);
    if (!fresh || !trusts.data) return undefined;
    const now = trusts.data.find((t) => t.TrustId === trust.TrustId);
    const what = `The trust with ${trust.RemoteDomainName}`;
    if (!now) return { type: "success", header: `${what} was deleted`, content: "Delete its other side there too." };
    if (now.TrustState === "Verified") return { type: "success", header: `${what} is verified` };
    // On the way to a secure channel that is no more than a stage.
    if (now.TrustState === "Created" && !hasOutgoing(now.TrustDirection))
      return { type: "success", header: `${what} was created` };
    // The reason is in the table or on the page. It is verified by itself once the other side is there.
    if (failed.includes(now.TrustState)) return "silent";
    return undefined;
  };
}
