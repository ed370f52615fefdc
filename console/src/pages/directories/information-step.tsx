import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { PasswordField } from "../../ui/password-field.tsx";
import { useTouched } from "../../ui/touched.ts";
import {
  checkAdminPassword,
  checkDescription,
  checkDirectoryName,
  checkNetBIOS,
  checkRepeat,
  defaultNetBIOS,
} from "./rules.ts";
import type { Draft } from "./draft.ts";

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  tried: boolean;
}

const optional: ReactNode = (
  <>
    {" "}
    – <i>optional</i>
  </>
);

export function InformationStep({ draft, change, tried }: Props) {
  const { show, blur } = useTouched(tried);
  return (
    <Container header={<Header variant="h2">Directory information</Header>}>
      <SpaceBetween size="l">
        <FormField label="Edition" stretch>
          <RadioGroup
            value={draft.edition}
            onChange={(e) => change({ edition: e.detail.value as Draft["edition"] })}
            items={[
              { value: "Standard", label: "Standard Edition", description: "In one Region." },
              { value: "Enterprise", label: "Enterprise Edition", description: "Can be replicated to more Regions." },
            ]}
          />
        </FormField>
        <FormField
          label="Directory DNS name"
          description="A name that is used nowhere else in your networks. It cannot be changed later."
          constraintText="For example corp.example.com"
          errorText={show("name", draft.name) && checkDirectoryName(draft.name)}
        >
          <Input
            value={draft.name}
            onChange={(e) => change({ name: e.detail.value.trim() })}
            onBlur={blur("name")}
            autoComplete={false}
            spellcheck={false}
            autoFocus
          />
        </FormField>
        <FormField
          label={<>Directory NetBIOS name{optional}</>}
          constraintText="At most 15 characters. It must differ from those of all domains you will trust."
          errorText={checkNetBIOS(draft.short)}
        >
          <Input
            value={draft.short}
            onChange={(e) => change({ short: e.detail.value.trim().toUpperCase() })}
            placeholder={defaultNetBIOS(draft.name)}
            autoComplete={false}
            spellcheck={false}
          />
        </FormField>
        <FormField label={<>Directory description{optional}</>} errorText={checkDescription(draft.description)}>
          <Input value={draft.description} onChange={(e) => change({ description: e.detail.value })} />
        </FormField>
        <PasswordField
          label="Admin password"
          description="Of the user Admin, who administers the directory."
          constraintText="8 to 64 characters, three of: lower case, upper case, digits, others. Without the word admin."
          fault={show("password", draft.password) && checkAdminPassword(draft.password)}
          value={draft.password}
          change={(password) => change({ password })}
          onBlur={blur("password")}
        />
        <PasswordField
          label="Confirm password"
          fault={show("again", draft.again) && checkRepeat(draft.password, draft.again)}
          value={draft.again}
          change={(again) => change({ again })}
          onBlur={blur("again")}
        />
      </SpaceBetween>
    </Container>
  );
}
