// What web/build.sh puts into build/.
declare module "*/build/wasm_exec.js";
