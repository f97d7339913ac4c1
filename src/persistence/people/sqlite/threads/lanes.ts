import type { Store } from '../../../store.js';
import type { IndexSource } from '../../embedding-store.js';

/**
 * Which thread does what a method asks: the one that writes; one for reads that a request waits for, each a few rows; one for
 * reads whose work grows with what is stored, so that no search waits behind a list.
 */
export type Lane = 'write' | 'read' | 'long read';

/** Methods that can be asked of another thread. `close` ends the threads, and `facesOf` is asked page by page. */
type MethodOf<T> = keyof { [K in keyof T as T[K] extends (...args: never[]) => Promise<unknown> ? K : never]: Lane };

/** A method that is missing here, or is no method of the store any more, does not compile. */
export const lanes = {
  people: {
    saveUser: 'write',
    findUser: 'read',
    listUsers: 'long read',
    addFace: 'write',
    addUserWithFace: 'write',
    deleteFaces: 'write',
    deleteUser: 'write',
    listAutoCreatedBefore: 'long read',
    deleteAutoCreatedBefore: 'write',
    deleteCollection: 'write',
    eraseDeleted: 'write',
    deleteFace: 'write',
    facesOfUser: 'read',
    countPeople: 'long read',

    listCollections: 'long read',
    newestFaces: 'read',
    peopleWithFaces: 'long read',
    saveTemplates: 'write',
    peopleWithoutTemplate: 'long read',
    findCohort: 'read',
    saveCohort: 'write',

    findCollection: 'read',
    faceIdsOf: 'long read',
    embeddingsOf: 'read',
    ownersOf: 'read',
    countFacesByModel: 'long read',

    reserveObject: 'write',
    pendingObjectDeletions: 'long read',
    objectsDeleted: 'write',

    addKey: 'write',
    addFirstKey: 'write',
    findCallerByKeyHash: 'read',
    findCallerByKeyId: 'read',
    noteKeyUse: 'write',
    listKeys: 'read',
    revokeKey: 'write',

    ping: 'read',
  } satisfies Record<Exclude<MethodOf<Store & IndexSource>, 'close'>, Lane>,

  scales: {
    add: 'write',
    list: 'read',
    active: 'read',
    activate: 'write',
  } satisfies Record<MethodOf<Store['scales']>, Lane>,

  webhooks: {
    add: 'write',
    list: 'read',
    remove: 'write',
    deadLetters: 'read',
    retry: 'write',
    listeners: 'read',
    publish: 'write',
    dueWebhooks: 'read',
    claim: 'write',
    delivered: 'write',
    failed: 'write',
    release: 'write',
    backlog: 'long read',
    prune: 'write',
  } satisfies Record<MethodOf<Store['webhooks']>, Lane>,

  staged: {
    facesToEmbed: 'long read',
    stage: 'write',
    count: 'long read',
    adopt: 'write',
    peopleWithout: 'long read',
  } satisfies Record<MethodOf<Store['staged']>, Lane>,

  attendance: {
    seen: 'write',
    list: 'read',
    forgetBefore: 'write',
  } satisfies Record<MethodOf<Store['attendance']>, Lane>,

  // Their lists in memory are those of one thread.
  userPages: {
    page: 'long read',
    usersAfter: 'long read',
  } satisfies Record<MethodOf<Store['userPages']>, Lane>,

  accounts: {
    add: 'write',
    find: 'read',
    list: 'read',
    update: 'write',
    remove: 'write',
    noteLogin: 'write',
    totpOf: 'read',
    offerTotp: 'write',
    confirmTotp: 'write',
    resetTotp: 'write',
    useTotpStep: 'write',
    useRecoveryCode: 'write',
    countAttempt: 'write',
    forgiveAttempts: 'write',
  } satisfies Record<MethodOf<Store['accounts']>, Lane>,

  sessions: {
    add: 'write',
    find: 'read',
    noteUse: 'write',
    end: 'write',
    endOfAccount: 'write',
    prune: 'write',
  } satisfies Record<MethodOf<Store['sessions']>, Lane>,
} as const;

/** The store itself, or one of the stores in it. */
export type StorePart = keyof typeof lanes;
