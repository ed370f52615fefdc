// An account of the other domain, with which a readiness check can look at
// that domain's accounts too.

import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { PasswordField } from "../../ui/password-field.tsx";

export interface Account {
  user: string;
  password: string;
}

export function checkAccount({ user, password }: Account): string {
  if (user === "" && password === "") return "";
  if (user === "") return "Enter the name of the account, or leave both empty.";
  if (password === "") return "Enter the password of the account, or leave both empty.";
  return "";
}

interface Props {
  domain: string;
  account: Account;
  change: (a: Account) => void;
  fault: string;
}

export function AccountFields({ domain, account, change, fault }: Props) {
  const { user, password } = account;
  return (
    <ExpandableSection
      headerText="Look at accounts too – optional"
      headerDescription={`With any account of ${domain || "the other domain"} the check finds users whose passwords could be guessed unnoticed.`}
    >
      <SpaceBetween size="m">
        <FormField label="User name" errorText={user === "" && fault}>
          <Input
            value={user}
            onChange={(e) => change({ user: e.detail.value.trim(), password })}
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
        <PasswordField
          label="Password of the account"
          description="Kept sealed until the check ends. It is not the trust password."
          fault={password === "" && fault}
          value={password}
          change={(password) => change({ user, password })}
        />
      </SpaceBetween>
    </ExpandableSection>
  );
}
