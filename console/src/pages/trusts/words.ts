// The words for directions, facts, causes and steps.

import type { Direction } from "../../api/types.ts";

export const directionTitle: Record<Direction, string> = {
  "Two-Way": "Two-way",
  "One-Way: Outgoing": "One-way: outgoing",
  "One-Way: Incoming": "One-way: incoming",
};

/** Who gets access to what. */
export function directionSentence(d: Direction, ours: string, theirs: string): string {
  switch (d) {
    case "Two-Way":
      return `Users of each domain can be given access to resources of the other.`;
    case "One-Way: Outgoing":
      return `Users of ${theirs} can be given access to resources of ${ours}, and not the other way round.`;
    case "One-Way: Incoming":
      return `Users of ${ours} can be given access to resources of ${theirs}, and not the other way round.`;
  }
}

/** "CreateLocalSide" reads "Create local side". */
function wordsOf(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return spaced.replace(/ [A-Z](?=[a-z])/g, (m) => m.toLowerCase());
}

/** "a1.corp.example.com" among hosts of that domain is a1. */
export const shortHost = (host: string) => host.split(".")[0] ?? host;

const facts: Record<string, string> = {
  Healthy: "Our domain controllers",
  NameResolution: "Names in DNS",
  Reachability: "Domain controllers of the other side",
  Ports: "Ports",
  Time: "Clocks",
  Identity: "Names and SIDs",
  LocalSide: "This side of the trust",
  PartnerSide: "The other side of the trust",
  SecureChannel: "Secure channel",
  Encryption: "Encryption",
  SelectiveAuth: "Selective authentication",
};

export const factTitle = (type: string) => facts[type] ?? wordsOf(type);

const causes: Record<string, string> = {
  DNSNoAnswer: "The domain is not in DNS",
  DNSUnreachable: "Its DNS servers do not answer",
  DNSRefused: "The DNS servers do not serve the domain",
  NoForwarder: "A conditional forwarder is missing",
  PartnerUnreachable: "Its domain controllers do not answer",
  PortClosed: "A port is closed",
  SecurityGroup: "A rule of the security group is missing",
  NoRoute: "A route is missing",
  ClockSkew: "The clocks differ too much",
  PartnerSideMissing: "The other side is missing",
  DirectionMismatch: "The directions do not match",
  TypeMismatch: "The types differ",
  PasswordMismatch: "The trust passwords differ",
  NameClash: "The names clash",
  IdentityChanged: "Another domain answers",
  LocalSideLost: "This side is gone",
  HostNameClash: "Host names clash",
  NotForestRoot: "The domain is not a forest root",
  PipeAccessDenied: "Named pipes are closed",
  ChannelStale: "The secure channel is of an earlier trust",
  PartnerRestart: "winbindd of the other side must be restarted",
  KDCPolicy: "A policy refuses it",
  ReplicationPending: "It is not replicated yet",
  DirectoryNotActive: "The directory does not answer",
  DomainControllerOff: "A domain controller does not answer",
  WeakEncryption: "AES is not set",
  SelectivePending: "Selective authentication is not in force everywhere",
  SelectiveExempt: "Some accounts are exempt",
  SelectiveNTLM: "NTLM is not closed yet",
  Unexpected: "Something unexpected happened",
};

export const causeTitle = (cause: string) => causes[cause] ?? wordsOf(cause);

// What is said of a step that was done, and of one that failed.
const steps: Record<string, [string, string]> = {
  FindPartner: ["Found the other domain", "Looking for the other domain failed"],
  AskPartner: ["Asked the other side what it holds of the trust", "Asking the other side failed"],
  CreateLocalSide: ["Created this side of the trust", "Creating this side of the trust failed"],
  SetEncryptionTypes: ["Set AES encryption", "Setting AES encryption failed"],
  ShareNames: ["Stored the names of the other forest", "Storing the names of the other forest failed"],
  Replicate: ["Replicated the trust", "Replicating the trust failed"],
  ReloadConfig: ["Made the trust known to winbindd", "Making the trust known to winbindd failed"],
  RestartWinbindd: ["Restarted winbindd", "Restarting winbindd failed"],
  Rediscover: ["Made a new secure channel", "Making a new secure channel failed"],
  Verify: ["Verified the secure channel", "Verifying the secure channel failed"],
  ProveChannel: ["Proved the secure channel", "Proving the secure channel failed"],
  RollPassword: ["Changed the trust password", "Changing the trust password failed"],
  ForgetPassword: ["Deleted the stored trust password", "Deleting the stored trust password failed"],
  DeleteLocalSide: ["Deleted this side of the trust", "Deleting this side of the trust failed"],
};

export function stepTitle(step: string, failed: boolean): string {
  const [done, not] = steps[step] ?? [wordsOf(step), `${wordsOf(step)} failed`];
  return failed ? not : done;
}
