-- CreateEnum
CREATE TYPE "Units" AS ENUM ('METRIC', 'IMPERIAL');

-- CreateTable
CREATE TABLE "Profile" (
    "userId" INTEGER NOT NULL,
    "birthday" DATE,
    "heightCm" INTEGER,
    "units" "Units" NOT NULL DEFAULT 'METRIC',
    "firstName" TEXT,
    "lastName" TEXT,
    "newsletter" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Profile_pkey" PRIMARY KEY ("userId")
);

-- AddForeignKey
ALTER TABLE "Profile" ADD CONSTRAINT "Profile_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
