import { XmlCodec } from '@aws-sdk/core/protocols';
import { AwsError } from '../service.ts';

export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

const settings = { timestampFormat: { useTrait: true, default: 5 as const }, httpBindings: false, serviceNamespace: '' };

/** Writes and reads the XML of shapes. `namespace` goes on the root of what is written; any or none is read. */
export const xmlCodec = (namespace: string): XmlCodec => new XmlCodec({ ...settings, xmlNamespace: namespace });

export const escapeXml = (text: string): string =>
  // XML 1.0 has no way to write most control characters.
  text.replace(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\uFFFD');

/** Takes prefixes off element names (`<s3:Rule>`), which the SDK's reader would not recognise. */
export const withoutPrefixes = (xml: string): string => xml.replace(/<(\/?)[A-Za-z_][\w.-]*:([A-Za-z_])/g, '<$1$2');

/** Name of the root element. @throws AwsError `MalformedXML` when there is none */
export function rootOf(xml: string): string {
  const root = /^\uFEFF?\s*(?:<\?[^>]*\?>|<!--[\s\S]*?-->|\s)*<([A-Za-z_][\w.-]*)/.exec(xml)?.[1];
  if (root === undefined) throw malformedXml();
  return root;
}

export const malformedXml = (): AwsError =>
  new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
