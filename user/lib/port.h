/*
 * user/lib/port.h -- the instructions that reach I/O ports.
 */
#ifndef USER_LIB_PORT_H
#define USER_LIB_PORT_H

#include "../../abi/types.h"

static inline void out8(int port, uint8_t value)
{
	__asm__ volatile("outb %0, %w1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(int port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out32(int port, uint32_t value)
{
	__asm__ volatile("outl %0, %w1" : : "a"(value), "d"(port));
}

static inline uint32_t in32(int port)
{
	uint32_t value;

	__asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(port));
	return value;
}

static inline void out8_many(int port, const uint8_t *from, uint32_t bytes)
{
	__asm__ volatile("rep outsb"
	                 : "+S"(from), "+c"(bytes)
	                 : "d"(port)
	                 : "memory");
}

#endif
