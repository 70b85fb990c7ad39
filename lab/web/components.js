// What Splunk's validator lets pass, read from the components' own descriptions: option names, data slots, events, expressions.
import { DataFrame } from '@splunk/visualization-encoding/DataFrame';
import { DataPoint } from '@splunk/visualization-encoding/DataPoint';
import { DataSeries } from '@splunk/visualization-encoding/DataSeries';
import { DslParser } from '@splunk/visualization-encoding/DslParser';
import { formatterClasses } from '@splunk/visualization-encoding/FormatterPresets';

const names = (keys) => [...keys].sort().join(', ');
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
const methods = ({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
const STEPS = new Set([...Object.keys(formatterClasses), ...[DataFrame, DataSeries, DataPoint].flatMap(methods)]);

function optionSentences(place, given, known) {
  if (!known || has(known, 'extend')) return []; // a type that takes over another's options: Splunk's validator knows them
  const unknown = Object.keys(given ?? {})
    .filter((option) => !has(known, option))
    .map((option) => `${place}: no option ${option}; the type has ${names(Object.keys(known))}`);
  return [...unknown, ...Object.entries(given ?? {}).flatMap(([option, value]) => columnSentences(`${place}: ${option}`, value, known[option]?.patternProperties?.['.*']?.properties))];
}

/** Options such as columnFormat hold an object per column; Splunk's schema names its keys and lets others pass. */
function columnSentences(place, columns, known) {
  if (!known) return [];
  return Object.entries(columns ?? {}).flatMap(([column, given]) =>
    Object.keys(given ?? {})
      .filter((key) => !has(known, key))
      .map((key) => `${place} of ${column} has no key ${key}; it has ${names(Object.keys(known))}`)
  );
}

function slotSentences(place, part, contract) {
  if (!contract) return [];
  const required = (contract.requiredDataSources ?? []).map((slot) => slot.name);
  const known = [...required, ...(contract.optionalDataSources ?? []).map((slot) => slot.name)];
  const given = Object.keys(part.dataSources ?? {});
  return [
    ...given.filter((slot) => !known.includes(slot)).map((slot) => `${place}: no data slot ${slot}; the type has ${names(known) || 'none'}`),
    ...required.filter((slot) => !given.includes(slot)).map((slot) => `${place}: the data slot ${slot} is empty`),
  ];
}

// Expressions may name the type's own options, the data slots, what stands in the context, and what the renderer adds.
function expressionSentences(place, value, context) {
  if (Array.isArray(value)) return value.flatMap((each) => expressionSentences(place, each, context));
  if (value && typeof value === 'object') return Object.values(value).flatMap((each) => expressionSentences(place, each, context));
  if (typeof value !== 'string' || !/^\s*>/.test(value)) return [];
  const sentences = [];
  try {
    const steps = DslParser.parse(value.replace(/^\s*>/, '').trim()).filter((step) => step.type === 'method' && !STEPS.has(step.name));
    sentences.push(...steps.map((step) => `${place}: ${value}: nothing is called ${step.name}; there is ${names([...STEPS])}`));
  } catch (error) {
    sentences.push(`${place}: cannot read the expression ${value}: ${String(error.message).split('\n')[0]}`);
  }
  const named = [...value.matchAll(/(?:rangeValue|matchValue|formatByType)\((\w+)\)/g)].map((match) => match[1]);
  return [...sentences, ...named.filter((name) => !has(context, name)).map((name) => `${place}: ${value} names ${name}, which the context does not hold`)];
}

function eventSentences(place, part, events) {
  return (part.eventHandlers ?? []).flatMap((handler) =>
    (handler.options?.events ?? [])
      .filter((event) => event !== 'any' && !has(events ?? {}, event))
      .map((event) => `${place}: the type has no event ${event}; it has ${names(Object.keys(events ?? {})) || 'none'}`)
  );
}

function partSentences(place, part, config) {
  if (!config) return [];
  const context = { ...config.defaultContext, ...part.context };
  return [
    ...optionSentences(place, part.options, config.optionsSchema),
    ...slotSentences(place, part, config.dataContract),
    ...expressionSentences(place, part.options, context),
    ...eventSentences(place, part, config.events),
  ];
}

export function componentSentences(definition, preset) {
  const visualizations = Object.entries(definition.visualizations ?? {}).flatMap(([id, part]) =>
    partSentences(`/visualizations/${id}`, part, preset.visualizations[part.type]?.config)
  );
  const inputs = Object.entries(definition.inputs ?? {}).flatMap(([id, part]) => {
    const config = preset.inputs[part.type]?.config;
    return config ? optionSentences(`/inputs/${id}`, part.options, config.optionsSchema) : [];
  });
  return [...visualizations, ...inputs];
}
