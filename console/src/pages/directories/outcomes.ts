// What comes of work that takes a while, for the notice that speaks of it.

import {
  useDirectories,
  useDirectory,
  useDomainControllers,
  useRegions,
  useRoutes,
  useSettings,
  useSnapshots,
} from "../../api/hooks.ts";
import { type Outcome, useFresh } from "../../ui/notices.tsx";

export function directoryCreated(region: string, id: string) {
  return function useOutcome(): Outcome {
    const directories = useDirectories(region);
    const fresh = useFresh(directories.reload);
    const d = directories.data?.find((o) => o.DirectoryId === id);
    if (!fresh || !d) return undefined;
    if (d.Stage === "Active") return { type: "success", header: `${d.Name} is Active` };
    if (d.Stage === "Failed")
      return { type: "error", header: `${d.Name} could not be created`, content: d.StageReason };
    return undefined;
  };
}

export function regionAdded(primary: string, id: string, name: string, added: string) {
  return function useOutcome(): Outcome {
    const regions = useRegions(primary, id);
    const fresh = useFresh(regions.reload);
    const status = regions.data?.find((r) => r.RegionName === added)?.Status;
    if (!fresh) return undefined;
    if (status === "Active") return { type: "success", header: `${name} is Active in ${added}` };
    if (status === "Failed") return { type: "error", header: `${name} could not be replicated to ${added}` };
    return undefined;
  };
}

export function regionRemoved(primary: string, id: string, name: string, removed: string) {
  return function useOutcome(): Outcome {
    const regions = useRegions(primary, id);
    const fresh = useFresh(regions.reload);
    if (!fresh || !regions.data || regions.data.some((r) => r.RegionName === removed)) return undefined;
    return { type: "success", header: `${name} has left ${removed}` };
  };
}

export function scaled(region: string, id: string, name: string, wanted: number) {
  return function useOutcome(): Outcome {
    const dcs = useDomainControllers(region, id);
    const fresh = useFresh(dcs.reload);
    if (!fresh || !dcs.data) return undefined;
    if (dcs.data.some((d) => d.Status === "Failed"))
      return { type: "error", header: `Not every domain controller of ${name} could be made` };
    if (dcs.data.length !== wanted || dcs.data.some((d) => /^(Creating|Deleting)$/.test(d.Status))) return undefined;
    return { type: "success", header: `${name} has ${wanted} domain controllers in ${region}` };
  };
}

export function snapshotMade(region: string, directory: string, id: string, title: string) {
  return function useOutcome(): Outcome {
    const snapshots = useSnapshots(region, directory);
    const fresh = useFresh(snapshots.reload);
    const status = snapshots.data?.find((s) => s.SnapshotId === id)?.Status;
    if (!fresh) return undefined;
    if (status === "Completed") return { type: "success", header: `Snapshot ${title} is completed` };
    if (status === "Failed") return { type: "error", header: `Snapshot ${title} failed` };
    return undefined;
  };
}

export function settingChanged(region: string, directory: string, name: string, value: string) {
  return function useOutcome(): Outcome {
    const settings = useSettings(region, directory);
    const fresh = useFresh(settings.reload);
    const s = settings.data?.find((o) => o.Name === name);
    if (!fresh || !s || s.RequestedValue !== value) return undefined;
    if (s.RequestStatus === "Updated") return { type: "success", header: `${name} is set to ${value}` };
    if (s.RequestStatus === "Failed") return "gone"; // with its reason, in the table
    return undefined;
  };
}

export function restored(region: string, id: string) {
  return function useOutcome(): Outcome {
    const directory = useDirectory(region, id);
    const fresh = useFresh(directory.reload);
    const d = directory.data;
    if (!fresh || !d) return undefined;
    if (d.Stage === "Active") return { type: "success", header: `${d.Name} was restored` };
    if (d.Stage === "RestoreFailed")
      return { type: "error", header: `${d.Name} could not be restored`, content: d.StageReason };
    return undefined;
  };
}

export function deleted(region: string, id: string, name: string) {
  return function useOutcome(): Outcome {
    const directories = useDirectories(region);
    const fresh = useFresh(directories.reload);
    if (!fresh || !directories.data || directories.data.some((d) => d.DirectoryId === id)) return undefined;
    return { type: "success", header: `${name} was deleted` };
  };
}

export function routesAdded(region: string, id: string, cidrs: string[]) {
  return function useOutcome(): Outcome {
    const routes = useRoutes(region, id);
    const fresh = useFresh(routes.reload);
    const mine = (routes.data ?? []).filter((r) => cidrs.includes(r.CidrIp ?? r.CidrIpv6 ?? ""));
    const is = (state: string) => mine.some((r) => r.IpRouteStatusMsg === state);
    if (!fresh || is("Adding")) return undefined;
    if (is("AddFailed")) return { type: "error", header: `Not every route was added: ${cidrs.join(", ")}` };
    return mine.length > 0 ? { type: "success", header: `Routes were added: ${cidrs.join(", ")}` } : undefined;
  };
}
