// The bundler gives a lazily imported CommonJS package only as a default export; through this file it is imported by
// name, and this file is what is loaded lazily.
export { DockerfileParser } from 'dockerfile-ast';
