import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { ReactNode } from "react";

interface Props {
  label: string;
  description?: string;
  constraintText?: string;
  fault: string | false;
  value: string;
  change: (password: string) => void;
  onBlur?: () => void;
  /** Whether it can be read. */
  shown?: boolean;
  secondaryControl?: ReactNode;
}

/** A password that is to be set: the browser offers none that it knows. */
export function PasswordField({ fault, value, change, onBlur, shown, ...rest }: Props) {
  return (
    <FormField errorText={fault} {...rest}>
      <Input
        value={value}
        onChange={(e) => change(e.detail.value)}
        onBlur={onBlur}
        type={shown ? "text" : "password"}
        autoComplete="new-password"
        spellcheck={false}
      />
    </FormField>
  );
}
