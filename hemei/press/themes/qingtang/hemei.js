// 渐进增强：没有它，页面照样可读、可放大、可切深浅。在 <head> 里先跑一次，免得页面画好了再跳。
(() => {
const root = document.documentElement, each = (q, f) => document.querySelectorAll(q).forEach(f);
root.classList.add('js');
for (const id of ['big', 'tone']) try { root.classList.toggle(id, localStorage['hemei-' + id] === '1') } catch { }
addEventListener('DOMContentLoaded', () => {
  for (const id of ['big', 'tone']) {
    const box = document.getElementById(id);
    box.checked = root.classList.contains(id);
    box.onchange = () => { root.classList.toggle(id, box.checked); try { localStorage['hemei-' + id] = box.checked ? 1 : 0 } catch { } };
  }
  const now = new Date, zone = { timeZone: 'Asia/Shanghai' }, say = (o, l = 'zh-CN') => new Intl.DateTimeFormat(l, { ...zone, ...o }).format(now);
  // 农历：浏览器只给数字的日子
  const lunar = () => {
    const n = parseInt(say({ day: 'numeric' }, 'zh-CN-u-ca-chinese')), ten = n / 10 | 0, one = ' 一二三四五六七八九'[n % 10];
    return '农历' + say({ month: 'long' }, 'zh-CN-u-ca-chinese') + (n % 10 ? '初十廿'[ten] + one : ['', '初十', '二十', '三十'][ten]);
  };
  for (const text of [say({ dateStyle: 'long' }), say({ weekday: 'long' }), lunar()])
    document.querySelector('.today').append(Object.assign(document.createElement('span'), { textContent: text }));
  const month = parseInt(say({ month: 'numeric' }));
  each('.rib', rib => {
    const b = rib.children[month - 1];
    b.className = 'now';
    rib.scrollLeft = b.offsetLeft - rib.offsetWidth / 3;
  });
  each('.bar', it => { const [, m, e] = it.className.match(/m(\d+) e(\d+)/); if (+m <= month && month < e) it.classList.add('now') });
  each('nav [aria-current]', it => { const ul = it.closest('ul'); ul.scrollLeft = it.offsetLeft - ul.offsetWidth / 3 });
  fetch('/.well-known/hemei/edition.json').then(r => r.ok ? r.json() : Promise.reject()).then(({ document: d }) => {
    const at = new Intl.DateTimeFormat('zh-CN', { ...zone, month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(d.time));
    each('.live', p => p.textContent = `第 ${d.number} 版次，${at} 签发`);
  }).catch(() => { });
  const read = document.getElementById('read'), print = document.getElementById('print');
  if (print) print.onclick = () => window.print();
  if (read) if (!('speechSynthesis' in window)) read.remove(); else read.onclick = () => {
    const voice = speechSynthesis;
    if (voice.speaking) { voice.cancel(); read.textContent = '朗读'; return }
    let last;
    each('.art h1,.art .deck,.prose>p:not(.meta),.prose h2,.prose h3,.prose li,.prose blockquote', p => {
      last = new SpeechSynthesisUtterance(p.textContent); last.lang = 'zh-CN'; last.rate = .95; voice.speak(last);
    });
    last.onend = () => read.textContent = '朗读';
    read.textContent = '停止朗读';
  };
});
})();
