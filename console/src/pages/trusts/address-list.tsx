import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { checkAddress } from "../addresses.ts";
import { maxAddresses } from "./rules.ts";

interface Props {
  label: string;
  addresses: string[];
  change: (list: string[]) => void;
  tried: boolean;
}

/** One field per address, up to four. */
export function AddressList({ label, addresses, change, tried }: Props) {
  const title = (i: number) => (addresses.length > 1 ? `${label} ${i + 1}` : label);
  return (
    <SpaceBetween size="s">
      {addresses.map((a, i) => (
        <FormField
          key={i}
          label={title(i)}
          errorText={(a !== "" || (tried && i === 0 && addresses.every((x) => !x))) && checkAddress(a)}
          secondaryControl={
            addresses.length > 1 ? (
              <Button
                formAction="none"
                ariaLabel={`Remove ${title(i)}`}
                onClick={() => change(addresses.filter((_, j) => j !== i))}
              >
                Remove
              </Button>
            ) : undefined
          }
        >
          <Input
            value={a}
            onChange={(e) => change(addresses.map((old, j) => (i === j ? e.detail.value.trim() : old)))}
            placeholder="203.0.113.10"
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
      ))}
      {addresses.length < maxAddresses && (
        <Button formAction="none" iconName="add-plus" onClick={() => change([...addresses, ""])}>
          Add another IP address
        </Button>
      )}
    </SpaceBetween>
  );
}
