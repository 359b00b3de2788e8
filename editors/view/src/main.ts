import './style.css';
import { Comparison } from './draw/comparison.ts';
import { Page } from './draw/page.ts';
import { comparison, host } from './host.ts';

const root = document.getElementById('callsheet') ?? document.body;
const compared = comparison();
if (compared === null) new Page(root, host());
else new Comparison(root, compared);
