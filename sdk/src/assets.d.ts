/** A style sheet as a minified string, for constructable style sheets. */
declare module "*.css?inline" {
  const text: string;
  export default text;
}
