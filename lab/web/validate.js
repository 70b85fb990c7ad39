// Splunk's own validator, and what it lets pass, over Dashboard Studio definitions. Usage: node dist/validate.cjs A.json B.json
// Prints one JSON object: file name -> list of sentences. Exit code 0: read all of them, 2: could not.
import fs from 'node:fs';
import path from 'node:path';
import preset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import { createSchemaBasedOnPresets } from '@splunk/dashboard-definition';
import { DashboardValidator } from '@splunk/dashboard-validation';
import { migrateToTabsLayout } from '@splunk/dashboard-utils';
import { componentSentences } from './components';

// ajv tells its author about the schema's style there; an error goes to the answer or ends the process
console.warn = () => {};
console.error = () => {};

// Consequences of another message, which alone says what to do.
const ECHOES = /must match a schema in anyOf|must match "then" schema|boolean schema is false/;

function textOf(error) {
  const place = error.instancePath || '';
  const detail = error.params?.additionalProperty ? ` (${error.params.additionalProperty})` : '';
  return `${place} ${error.message || JSON.stringify(error)}${detail}`.trim();
}

function validatorSentences(definition) {
  const validator = new DashboardValidator();
  const unusable = validator.setSchema(createSchemaBasedOnPresets(preset));
  if (unusable) throw unusable;
  // the renderer does the same: definitions for 9.3 have a layout without tabs
  const migrated = migrateToTabsLayout({ definition: structuredClone(definition) });
  if (!migrated.success) return [`/layout: ${migrated.reason}`];
  const errors = validator.validate(migrated.definition, ['env']) ?? [];
  const sentences = [...new Set(errors.map(textOf))];
  const telling = sentences.filter((sentence) => !ECHOES.test(sentence));
  return telling.length ? telling : sentences;
}

function main(files) {
  const answer = {};
  for (const file of files) {
    const definition = JSON.parse(fs.readFileSync(file, 'utf8'));
    answer[path.basename(file)] = [...validatorSentences(definition), ...componentSentences(definition, preset)];
  }
  fs.writeSync(1, `${JSON.stringify(answer)}\n`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  fs.writeSync(2, `${error.stack}\n`);
  process.exit(2);
}
process.exit(0); // parts of the bundle start timers
