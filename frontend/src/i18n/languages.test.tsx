import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { LanguageMenu } from '../components/LanguageMenu';
import { http } from '../lib/http';
import { en } from './catalogue';
import { LanguageProvider } from './LanguageProvider';
import { languageOf, preferredLanguage } from './languages';

afterEach(() => {
  localStorage.clear();
  window.history.replaceState(null, '', '/');
});

it.each([
  ['ms-MY', 'ms'],
  ['zh-Hans-SG', 'zh-CN'],
  ['ZH_tw', 'zh-CN'],
  ['en-US', 'en'],
  ['fr', null],
  ['', null],
  [null, null],
])('%s is served by %s', (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});

describe('the language of a visit', () => {
  it('is that of the address before that of the last visit before that of the browser', () => {
    expect(preferredLanguage()).toBe('en');
    localStorage.setItem('language', 'ms');
    expect(preferredLanguage()).toBe('ms');
    window.history.replaceState(null, '', '/?lang=zh');
    expect(preferredLanguage()).toBe('zh-CN');
    window.history.replaceState(null, '', '/?lang=tlh');
    expect(preferredLanguage()).toBe('ms');
  });

  it('changes page, document, address, memory and what the service is asked for', async () => {
    const asked: (string | null)[] = [];
    window.history.replaceState(null, '', '/?x=1#/model');
    render(
      <LanguageProvider initial={{ language: 'en', catalogue: en }}>
        <LanguageMenu />
      </LanguageProvider>,
    );
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Language' }), 'ms');
    await screen.findByRole('combobox', { name: 'Bahasa' });
    expect(document.documentElement.lang).toBe('ms');
    expect(document.title).toContain('radiograf dada');
    expect(window.location.href).toMatch(/\?x=1&lang=ms#\/model$/);
    expect(preferredLanguage()).toBe('ms');
    expect(screen.getByRole('status').textContent).toBe('Halaman ini kini dalam Bahasa Melayu.');
    await http.GET('/models', {
      fetch: (request) => {
        asked.push(request.headers.get('Accept-Language'));
        return Promise.resolve(Response.json({}));
      },
    });
    expect(asked).toEqual(['ms']);
  });
});
