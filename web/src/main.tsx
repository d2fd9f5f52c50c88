import "./style.css";
import { render } from "preact";
import { version, start } from "./engine";
import { route } from "./route";
import { tabs } from "./tabs";
import { Loading } from "./ui/loading";
import { title } from "./ui/title";
import { keepOffline } from "./ui/update";
import { visible } from "./ui/visible";
import { signal } from "@preact/signals";

declare const __VERSION__: string;

const engine = signal<string>("loading");
version.then(
  (v) => (engine.value = v),
  (error: Error) => (engine.value = `broken: ${error.message}`),
);

function Page() {
  const current = tabs.find((tab) => tab.routes.includes(route.value.name)) ?? tabs[0]!;
  document.title = `${visible(title.value) || current.label} · syncguard`;
  const mismatch = engine.value !== "loading" && engine.value !== __VERSION__;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        Skip to the content
      </a>
      <header class="top">
        <a class="name" href="#/">syncguard</a>
        <nav aria-label="Parts of this page">
          {tabs.map((tab) => (
            <a href={`#/${tab.routes[0]}`} aria-current={tab === current ? "page" : undefined}>
              {tab.label}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <Loading />
        <current.View />
      </main>
      <footer class="bottom">
        <p>
          Nothing leaves this page: it asks no server, and works offline. syncguard {__VERSION__}
          {mismatch && <strong> with engine {engine.value}</strong>}
        </p>
      </footer>
    </>
  );
}

start();
render(<Page />, document.getElementById("page")!);
void version.catch(() => {}).then(keepOffline);
