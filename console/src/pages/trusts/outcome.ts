// What came of an action on a trust, for the notice that announced it.

import { useTrusts } from "../../api/hooks.ts";
import type { Trust } from "../../api/types.ts";
import type { Outcome } from "../../ui/notices.tsx";
import { useFresh } from "../../ui/notices.tsx";

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
    if (now.TrustState === "Created") return { type: "success", header: `${what} was created` };
    if (failed.includes(now.TrustState)) return { type: "error", header: `${what} does not work yet` };
    return undefined;
  };
}
