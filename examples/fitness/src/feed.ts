import { prisma } from "./database";

/** The latest workouts, with who did them. */
export async function feed(limit = 20) {
  const workouts = await prisma.workout.findMany({
    orderBy: { startedAt: "desc" },
    take: limit,
    select: {
      id: true,
      note: true,
      startedAt: true,
      user: { select: { id: true, displayName: true } },
      comments: { select: { text: true, authorId: true } },
    },
  });
  return workouts.map((workout) => ({ ...workout, by: workout.user.displayName }));
}

export async function search(words: string) {
  return prisma.user.findMany({
    where: { displayName: { contains: words, mode: "insensitive" } },
    orderBy: { displayName: "asc" },
  });
}
