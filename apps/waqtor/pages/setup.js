'use strict';

const texts = {
  en: {
    other: 'العربية', direction: 'ltr',
    intro: 'Create the owner of this server. The link works once.',
    noToken: 'This page needs the setup link that the server printed when it started.',
    workspace: 'Name of your business', name: 'Your name', email: 'E-mail address', password: 'Password (8 characters or more)',
    create: 'Create', done: 'The owner was created. You can log in through the API now.', failed: 'The server could not be reached.',
  },
  ar: {
    other: 'English', direction: 'rtl',
    intro: 'أنشئ حساب مالك هذا الخادم. يعمل الرابط مرة واحدة.',
    noToken: 'تحتاج هذه الصفحة إلى رابط الإعداد الذي طبعه الخادم عند تشغيله.',
    workspace: 'اسم نشاطك التجاري', name: 'اسمك', email: 'البريد الإلكتروني', password: 'كلمة المرور (٨ أحرف أو أكثر)',
    create: 'إنشاء', done: 'تم إنشاء حساب المالك، ويمكنك الآن تسجيل الدخول عبر الواجهة البرمجية.', failed: 'تعذّر الوصول إلى الخادم.',
  },
};

const token = location.hash.slice(1);
const form = document.getElementById('form');
const result = document.getElementById('result');
let language = navigator.language.startsWith('ar') ? 'ar' : 'en';

function show() {
  const text = texts[language];
  document.documentElement.lang = language;
  document.documentElement.dir = text.direction;
  document.getElementById('language').textContent = text.other;
  document.getElementById('intro').textContent = token ? text.intro : text.noToken;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];
}

document.getElementById('language').addEventListener('click', () => {
  language = language === 'ar' ? 'en' : 'ar';
  show();
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  const wish = { setupToken: token };
  for (const [name, value] of new FormData(form)) if (value) wish[name] = value;
  button.disabled = true;
  try {
    const response = await fetch('/api/auth/register', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(wish),
    });
    const answer = await response.json();
    if (answer.success) {
      form.remove();
      result.textContent = texts[language].done;
      return;
    }
    const details = answer.error.details || [];
    result.textContent = details.length ? details.map(({ field, problem }) => `${field}: ${problem}`).join('\n') : answer.error.message;
  } catch {
    result.textContent = texts[language].failed;
  }
  button.disabled = false;
});

form.hidden = !token;
show();
