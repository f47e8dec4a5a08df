/** The JSON that goes into Parameter Store for a document. */
import type { DocumentText } from './document-text.ts';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const standardBytes = 4096;

/** As a person would read it in the console while that fits a standard parameter, without white space otherwise. Of a valid document. */
export async function parameterJson({ text, language }: DocumentText): Promise<string> {
  const json = text.replace(/^\uFEFF/, '').trim();
  if (language === 'json' && Buffer.byteLength(json) <= standardBytes) return json;
  const value = await documentValue({ text: json, language });
  const readable = JSON.stringify(value, null, 2);
  return Buffer.byteLength(readable) <= standardBytes ? readable : JSON.stringify(value);
}

/** What a valid document says. */
export async function documentValue({ text, language }: Pick<DocumentText, 'text' | 'language'>): Promise<unknown> {
  if (language === 'json') return JSON.parse(text.replace(/^\uFEFF/, ''));
  const { readYaml } = await import('./yaml-text.ts');
  const yaml = readYaml(text);
  return yaml.ok ? yaml.value : undefined;
}
