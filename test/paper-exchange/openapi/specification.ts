import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** Alpaca's OpenAPI files lie beside the project, not in it. */
export const specificationFolder = fileURLToPath(
  new URL('../../../../shared/openapi/', import.meta.url),
);

export type Api = 'trading' | 'data';

/** A JSON value of the files that is about to be read further. */
export type Node = { [key: string]: Node | undefined };

/** One method at one path, as the files write it: `/v2/orders/{order_id}`. */
export type Operation = {
  readonly api: Api;
  readonly method: string;
  readonly path: string;
  /** The status codes that the files name. */
  readonly statuses: readonly number[];
};

const FILES: Readonly<Record<Api, string>> = {
  trading: 'trading-api.json',
  data: 'market-data-api.json',
};

/** Both files; null where one of them is absent. */
export class Specification {
  readonly #documents: Readonly<Record<Api, Node>>;
  readonly #ajv: Readonly<Record<Api, Ajv.default>>;
  readonly #validators = new Map<string, ValidateFunction | null>();

  private constructor(documents: Readonly<Record<Api, Node>>) {
    this.#documents = documents;
    this.#ajv = { trading: validatorFor(documents.trading), data: validatorFor(documents.data) };
  }

  static load(folder: string, corrections: readonly Correction[]): Specification | null {
    const paths = [`${folder}/${FILES.trading}`, `${folder}/${FILES.data}`] as const;
    if (!paths.every(existsSync)) return null;
    const [trading, data] = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Node);
    const documents = { trading: trading ?? {}, data: data ?? {} };
    for (const { api, at, correct } of corrections) correct(partOf(documents[api], at));
    return new Specification(documents);
  }

  get operations(): readonly Operation[] {
    return (['trading', 'data'] as const).flatMap((api) =>
      Object.entries(this.#documents[api].paths ?? {}).flatMap(([path, item]) =>
        Object.entries(item ?? {})
          .filter(([key]) => key !== 'parameters')
          .map(([method, operation]) => ({
            api,
            method: method.toUpperCase(),
            path,
            statuses: Object.keys(operation?.responses ?? {}).map(Number),
          })),
      ),
    );
  }

  /** What is wrong with a body; null when nothing is, undefined when the files have no schema. */
  problem(operation: Operation, status: number, body: unknown): string | null | undefined {
    const validate = this.#validator(operation, status);
    if (validate === null) return undefined;
    if (validate(body)) return null;
    return (validate.errors ?? [])
      .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
      .join('; ');
  }

  #validator({ api, method, path }: Operation, status: number): ValidateFunction | null {
    const key = `${api} ${method} ${path} ${status}`;
    const known = this.#validators.get(key);
    if (known !== undefined) return known;
    const response = this.#documents[api].paths?.[path]?.[method.toLowerCase()]?.responses;
    const schema = response?.[String(status)]?.content?.['application/json']?.schema;
    const validate =
      schema === undefined ? null : this.#ajv[api].compile(pointed(schema) as object);
    this.#validators.set(key, validate);
    return validate;
  }
}

/** A known error of the files, and how the part of them should read. */
export type Correction = {
  readonly api: Api;
  /** Keys from the document's root to the part. */
  readonly at: readonly string[];
  readonly reason: string;
  readonly correct: (part: Record<string, unknown>) => void;
};

function partOf(document: Node, at: readonly string[]): Record<string, unknown> {
  let part: Node | undefined = document;
  for (const key of at) part = part?.[key];
  if (part === undefined) throw new Error(`the files have nothing at ${at.join(' > ')}`);
  return part;
}

function validatorFor(document: Node): Ajv.default {
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const format of ['decimal', 'uint32', 'uint64']) ajv.addFormat(format, true);
  ajv.addSchema(jsonSchemaOf(document) as object, 'openapi');
  return ajv;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema lists null among the types and the values. */
function jsonSchemaOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonSchemaOf);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, example: _, ...rest } = value as Record<string, unknown>;
  const converted = Object.fromEntries(
    Object.entries(rest).map(([key, part]) => [key, jsonSchemaOf(part)]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, converted] } : converted;
}

function pointed(schema: unknown): unknown {
  const text = JSON.stringify(jsonSchemaOf(schema));
  return JSON.parse(text.replaceAll('"#/components/', '"openapi#/components/')) as unknown;
}
