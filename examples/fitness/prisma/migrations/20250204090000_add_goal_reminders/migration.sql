-- AlterTable
ALTER TABLE "Goal" ADD COLUMN     "remindAt" TIMESTAMP(3);
