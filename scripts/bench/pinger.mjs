/**
 * Asks `GET /livez` over one connection, the next 10 ms after the last answer, and prints the longest wait in
 * milliseconds when its stdin ends.
 */
import { Agent, get } from 'node:http'
import process from 'node:process'

const url = `${process.argv[2]}/livez`
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let longest = 0
let last = 0

function ask() {
  const began = performance.now()
  get(url, { agent }, (response) => {
    response.resume()
    response.on('end', () => {
      last = performance.now() - began
      longest = Math.max(longest, last)
      setTimeout(ask, 10)
    })
  })
}

process.stdin.resume()
process.stdin.on('end', () => {
  console.log(longest.toFixed(1))
  process.exit()
})
ask()
// The first answers make the connection; what counts begins then.
setTimeout(() => {
  longest = 0
  console.log('ready')
}, 500)
