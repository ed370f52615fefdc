// The parts of the trust form that say with whom, and which way.

import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Direction, TrustType } from "../../api/types.ts";
import { PasswordField } from "../../ui/password-field.tsx";
import { useTouched } from "../../ui/touched.ts";
import { checkRepeat } from "../directories/rules.ts";
import { Reach } from "./reach.tsx";
import { type TrustDraft, checkTrustPassword, hasOutgoing, plainDomain, randomPassword, strengthOf } from "./rules.ts";
import { directionTitle } from "./words.ts";

interface Props {
  draft: TrustDraft;
  change: (part: Partial<TrustDraft>) => void;
  tried: boolean;
}

export function DomainFields({ draft, change, tried, fault }: Props & { fault: string }) {
  const { show, blur } = useTouched(tried);
  return (
    <SpaceBetween size="l">
      <FormField label="Trust type" stretch>
        <RadioGroup
          value={draft.type}
          onChange={(e) => change({ type: e.detail.value as TrustType })}
          items={[
            {
              value: "Forest",
              label: "Forest trust",
              description: "Between the root domains of two forests; reaches all their domains, with Kerberos.",
            },
            { value: "External", label: "External trust", description: "Between two single domains only." },
          ]}
        />
      </FormField>
      <FormField
        label="Trusted domain FQDN"
        constraintText="For example corp.example.com"
        errorText={show("remote", draft.remote) && fault}
      >
        <Input
          value={draft.remote}
          onChange={(e) => change({ remote: e.detail.value.trim() })}
          onBlur={blur("remote")}
          spellcheck={false}
          autoComplete={false}
          autoFocus
        />
      </FormField>
    </SpaceBetween>
  );
}

export function PasswordFields({ draft, change, tried }: Props) {
  const { show, blur } = useTouched(tried);
  const [visible, setVisible] = useState(false);
  const strength = strengthOf(draft.password);
  return (
    <SpaceBetween size="m">
      <PasswordField
        label="Trust password"
        description="The same one is entered on the other side. It is kept, sealed, only until the trust is made."
        fault={show("password", draft.password) && checkTrustPassword(draft.password)}
        value={draft.password}
        change={(password) => change({ password })}
        onBlur={blur("password")}
        shown={visible}
        secondaryControl={
          <Button
            formAction="none"
            onClick={() => {
              const p = randomPassword();
              change({ password: p, again: p });
              setVisible(true);
            }}
          >
            Generate
          </Button>
        }
      />
      {draft.password !== "" && (
        <div
          className="bars"
          data-level={strength.level}
          role="status"
          aria-label={`Strength of the trust password: ${strength.words}`}
        >
          <i />
          <i />
          <i />
          <span>{strength.words}</span>
        </div>
      )}
      <PasswordField
        label="Confirm trust password"
        fault={show("again", draft.again) && checkRepeat(draft.password, draft.again)}
        value={draft.again}
        change={(again) => change({ again })}
        onBlur={blur("again")}
        shown={visible}
      />
      <Checkbox checked={visible} onChange={(e) => setVisible(e.detail.checked)}>
        Show the password
      </Checkbox>
    </SpaceBetween>
  );
}

export function DirectionFields({ draft, change, tried, own }: Props & { own: string }) {
  const what: Record<Direction, string> = {
    "Two-Way": "Users of both domains can get access to the other's resources.",
    "One-Way: Incoming": "Users of this directory can get access to resources of the trusted domain.",
    "One-Way: Outgoing": "Users of the trusted domain can get access to resources of this directory.",
  };
  return (
    <SpaceBetween size="l">
      <FormField label="Direction" errorText={tried && !draft.direction && "Choose a direction."} stretch>
        <RadioGroup
          value={draft.direction || null}
          onChange={(e) => change({ direction: e.detail.value as Direction })}
          items={(["Two-Way", "One-Way: Incoming", "One-Way: Outgoing"] as const).map((value) => ({
            value,
            label: directionTitle[value],
            description: what[value],
          }))}
        />
      </FormField>
      <Reach
        direction={draft.direction}
        ours={own}
        theirs={plainDomain(draft.remote)}
        selective={draft.selective && hasOutgoing(draft.direction)}
      />
      {hasOutgoing(draft.direction) && (
        <Checkbox
          checked={draft.selective}
          onChange={(e) => change({ selective: e.detail.checked })}
          description="Users of the trusted domain get in only where you allow them to, one by one or by group."
        >
          Selective authentication
        </Checkbox>
      )}
    </SpaceBetween>
  );
}
