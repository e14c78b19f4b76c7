// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useLocale } from '../i18n/context.tsx';
import type { Port, Report } from '../report.ts';
import { Digest } from './digest.tsx';

const portText = (p: Port): string => `${p.name}${p.shape ? ` [${p.shape.join(' × ')}]` : ''}${p.type ? ` ${p.type}` : ''}`;

/** Identity of model, data and run: the numbers that tie this page to exactly these bytes. */
export function Subject({ report }: { report: Report }) {
  const { t } = useLocale();
  return (
    <section className="subject" aria-labelledby="subject">
      <h2 id="subject">{t.subject}</h2>
      <div className="columns">
        <ModelFacts report={report} />
        <DataFacts report={report} />
        <RunFacts report={report} />
      </div>
    </section>
  );
}

type Row = [name: string, value: ReactNode | undefined | null | false];

function Facts({ title, name, rows }: { title: string; name: string | undefined; rows: Row[] }) {
  const present = rows.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '');
  if (!name && present.length === 0) return null;
  return (
    <div className="subject-part">
      <h3>{title}</h3>
      {name && <p className="subject-name">{name}</p>}
      <dl className="sheet-facts">
        {present.map(([label, value]) => (
          <Pair key={label} label={label} value={value} />
        ))}
      </dl>
    </div>
  );
}

const Pair = ({ label, value }: { label: string; value: ReactNode }) => (
  <>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </>
);

function ModelFacts({ report: { model = {} } }: { report: Report }) {
  const { t, format } = useLocale();
  const operators = (model.operators ?? []).map((o) => `${o.name} ×\u202f${o.count}`).join(', ');
  return (
    <Facts
      title={t.model}
      name={model.name}
      rows={[
        [t.fileDigest, model.sha256 && <Digest hex={model.sha256} />],
        [t.rootDigest, model.rootDigest && <Digest hex={model.rootDigest} />],
        [t.parametersOfModel, model.parameters !== undefined && format.integer(model.parameters)],
        [t.flops, model.flops !== undefined && format.scaled(model.flops, 'FLOP')],
        [t.inputs, model.inputs?.map(portText).join('; ')],
        [t.outputs, model.outputs?.map(portText).join('; ')],
        [t.operators, operators],
      ]}
    />
  );
}

function DataFacts({ report: { data = {} } }: { report: Report }) {
  const { t, say, format } = useLocale();
  return (
    <Facts
      title={t.data}
      name={data.name}
      rows={[
        [t.fileDigest, data.sha256 && <Digest hex={data.sha256} />],
        [t.samples, data.samples !== undefined && format.integer(data.samples)],
        [t.provenance, data.provenance && say(data.provenance)],
        [t.licence, data.licence],
      ]}
    />
  );
}

function RunFacts({ report }: { report: Report }) {
  const { t, format } = useLocale();
  return (
    <Facts
      title={t.plan}
      name={report.plan?.file}
      rows={[
        [t.planDigest, report.plan?.digest && <Digest hex={report.plan.digest} />],
        [t.engineBuild, report.tool?.engineBuild && <Digest hex={report.tool.engineBuild} />],
        [t.seed, report.seed && <code>{report.seed}</code>],
        [t.machine, report.machine],
        [t.duration, report.seconds !== undefined && format.duration(report.seconds)],
      ]}
    />
  );
}
