// The Regions by name.

export const defaultRegion = "us-east-1";

/** The Regions offered for choice, with the names AWS gives them. */
export const regions: [string, string][] = [
  ["us-east-1", "N. Virginia"],
  ["us-east-2", "Ohio"],
  ["us-west-1", "N. California"],
  ["us-west-2", "Oregon"],
  ["ca-central-1", "Canada"],
  ["sa-east-1", "São Paulo"],
  ["eu-central-1", "Frankfurt"],
  ["eu-west-1", "Ireland"],
  ["eu-west-2", "London"],
  ["eu-west-3", "Paris"],
  ["eu-north-1", "Stockholm"],
  ["ap-south-1", "Mumbai"],
  ["ap-northeast-1", "Tokyo"],
  ["ap-northeast-2", "Seoul"],
  ["ap-northeast-3", "Osaka"],
  ["ap-southeast-1", "Singapore"],
  ["ap-southeast-2", "Sydney"],
];

export const regionName = (region: string): string => regions.find(([r]) => r === region)?.[1] ?? "";

export function regionTitle(region: string): string {
  const name = regionName(region);
  return name ? `${name} (${region})` : region;
}
