// Everything the browser runs, in one hashed file: htmx swaps fragments the server rendered, uPlot draws the charts
// whose numbers already stand in a table beside them. No page needs it to be readable.
import "htmx.org";
import uPlot from "uplot";
import { start } from "./pages.js";

start({ uPlot });
