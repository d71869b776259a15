declare module '*.asl.yaml' {
  import type { DrawnMachine } from './graph/machine.ts';

  const machine: DrawnMachine;
  export default machine;
}
