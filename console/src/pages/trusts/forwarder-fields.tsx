// The part of the trust form that says how the other domain is found.

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Forwarder, IpRoute } from "../../api/types.ts";
import { usePaths } from "../../context.ts";
import { AddressList } from "./address-list.tsx";
import { type TrustDraft, plainDomain, unrouted } from "./rules.ts";

interface Props {
  draft: TrustDraft;
  change: (part: Partial<TrustDraft>) => void;
  tried: boolean;
  directory: string;
  forwarders: Forwarder[];
  routes: IpRoute[] | undefined;
  fault: string;
}

export function ForwarderFields({ draft, change, tried, directory, forwarders, routes, fault }: Props) {
  const to = usePaths();
  const mine = forwarders.find((f) => plainDomain(f.RemoteDomainName) === plainDomain(draft.remote));
  const addresses = draft.forwarder === "existing" ? [...(mine?.DnsIpAddrs ?? [])] : draft.addresses;
  const lost = routes ? unrouted(addresses, routes) : [];
  return (
    <SpaceBetween size="m">
      <RadioGroup
        ariaLabel="Conditional forwarder"
        value={draft.forwarder}
        onChange={(e) => change({ forwarder: e.detail.value as TrustDraft["forwarder"] })}
        items={[
          { value: "addresses", label: "DNS servers of the trusted domain" },
          {
            value: "existing",
            label: "The conditional forwarder that exists",
            description: mine
              ? `${mine.RemoteDomainName} is asked of ${[...(mine.DnsIpAddrs ?? []), ...(mine.DnsIpv6Addrs ?? [])].join(", ")}.`
              : `There is none for ${plainDomain(draft.remote) || "this domain"} yet.`,
            disabled: !mine && draft.forwarder !== "existing",
          },
        ]}
      />
      {draft.forwarder === "addresses" && (
        <AddressList
          label="DNS server IP address"
          addresses={draft.addresses}
          change={(addresses) => change({ addresses })}
          tried={tried}
        />
      )}
      {tried && fault && <Alert type="error">{fault}</Alert>}
      {lost.length > 0 && (
        <Alert
          type="warning"
          header="A route is needed"
          action={
            <Button
              formAction="none"
              iconName="external"
              iconAlign="right"
              href={`${to.newRoutes(directory)}?cidr=${encodeURIComponent(`${lost[0]}/32`)}`}
              target="_blank"
            >
              Add routes
            </Button>
          }
        >
          {lost.join(", ")} {lost.length === 1 ? "is a public address" : "are public addresses"}, and the domain
          controllers have no way to {lost.length === 1 ? "it" : "them"} yet. Add a route that holds{" "}
          {lost.length === 1 ? "it" : "them"}, and the domain controllers of the trusted domain.
        </Alert>
      )}
    </SpaceBetween>
  );
}
