// Sizes of files in words.
import { texts } from '@/texts'

export function sizeText(bytes: number): string {
  const units = texts.file.sizes
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1024)))
  const amount = bytes / 1024 ** step
  return `${step && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[step]}`
}
