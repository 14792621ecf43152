import { prisma } from "./database";

export async function pause(userId: number) {
  return prisma.membership.updateMany({
    where: { userId, status: "ACTIVE" },
    data: { status: "PAUSED" },
  });
}

export async function pay(membershipId: number, cents: number, reference?: string) {
  return prisma.payment.create({ data: { membershipId, cents, reference } });
}

export async function signUp(email: string, displayName: string) {
  return prisma.user.create({
    data: { email, displayName, profile: { create: { units: "METRIC" } } },
  });
}
