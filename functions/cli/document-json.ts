/** The JSON that goes into Parameter Store for a document. */
import type { DocumentText } from './document-text.ts';

const STANDARD_BYTES = 4096;

/**
 * As a person would read it in the console while that fits a standard parameter, without white space otherwise.
 *
 * @param source a valid document
 */
export async function parameterJson({ text, language }: DocumentText): Promise<string> {
  const json = text.replace(/^\uFEFF/, '').trim();
  if (language === 'json' && Buffer.byteLength(json) <= STANDARD_BYTES) return json;
  const value = await documentValue({ text: json, language });
  const readable = JSON.stringify(value, null, 2);
  return Buffer.byteLength(readable) <= STANDARD_BYTES ? readable : JSON.stringify(value);
}

/** @param source a valid document */
export async function documentValue({ text, language }: Pick<DocumentText, 'text' | 'language'>): Promise<unknown> {
  if (language === 'json') return JSON.parse(text.replace(/^\uFEFF/, ''));
  const { readYaml } = await import('./yaml-text.ts');
  const yaml = readYaml(text);
  return yaml.ok ? yaml.value : undefined;
}
