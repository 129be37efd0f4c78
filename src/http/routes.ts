/** A router as all of ours are: `/Status` and `/status/` are other paths than `/status` (robustness.md 4, H8). */
import express from 'express'
import type { Router } from 'express'

export function createRouter(): Router {
  return express.Router({ caseSensitive: true, strict: true })
}
