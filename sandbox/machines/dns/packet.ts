import { library } from '../../host/libraries/library.ts'

/** dns2's codec. */
export const Packet = library('dns2-packet')
export type Packet = import('dns2').Packet
