import './style.css';
import { Page } from './draw/page.ts';
import { host } from './host.ts';

new Page(document.getElementById('callsheet') ?? document.body, host());
