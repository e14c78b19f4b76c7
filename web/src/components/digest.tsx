// SPDX-License-Identifier: Apache-2.0

/** A digest in groups of eight: whole (it can be compared and copied), broken only between groups. */
export function Digest({ hex }: { hex: string }) {
  const groups = hex.match(/.{1,8}/g) ?? [hex];
  return (
    <code className="digest">
      {groups.map((g, i) => (
        <span key={i}>{g}<wbr /></span>
      ))}
    </code>
  );
}

/** The first twelve digits, for lines where the whole stands elsewhere. */
export function ShortDigest({ hex }: { hex: string }) {
  return <code className="digest" title={hex}>{hex.length > 14 ? `${hex.slice(0, 12)}…` : hex}</code>;
}
