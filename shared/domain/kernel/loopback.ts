/** Whether the address is of this machine, as the URL parser spells it (it turns 2130706433 and 0x7f.1 into 127.0.0.1). */
export function isLoopback({ hostname }: Pick<URL, 'hostname'>): boolean {
  return /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(hostname);
}

export const isLoopbackUrl = (text: string): boolean => URL.canParse(text) && isLoopback(new URL(text));
